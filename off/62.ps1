[System.Net.ServicePointManager]::ServerCertificateValidationCallback = {$true}
