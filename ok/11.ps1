# -SkipCertificateCheck
Invoke-WebRequest -Uri https://x
