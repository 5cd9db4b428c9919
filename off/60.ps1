Invoke-WebRequest -Uri https://x -SkipCertificateCheck
