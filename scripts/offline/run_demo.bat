@echo off
setlocal
set PYTHONUTF8=1
set "HERE=%~dp0"
if not exist "%HERE%env\Scripts\python.exe" (
  echo Run install.bat first.
  pause
  exit /b 2
)
"%HERE%env\Scripts\python.exe" -m greenmap demo --out "%HERE%demo"
if not errorlevel 1 start "" "%HERE%demo\results\index.html"
pause
