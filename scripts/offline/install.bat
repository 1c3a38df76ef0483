@echo off
rem Plain ASCII: what is said in Chinese is said by Python, whatever the code page.
setlocal
set PYTHONUTF8=1
set "HERE=%~dp0"
for %%V in (3.13 3.12 3.11) do (
  py -%%V -c "import sys; sys.exit(sys.maxsize < 2**32)" >nul 2>nul && (
    py -%%V "%HERE%setup\install.py"
    goto end
  )
)
python -c "import sys" >nul 2>nul && (
  python "%HERE%setup\install.py"
  goto end
)
echo Python 3.11, 3.12 or 3.13 (64 bit) was not found. See README.txt.
start "" notepad "%HERE%README.txt"
:end
pause
