{% set open, bar = "//", "//" %}
{% include "part/about" %}
//
// Usage, with .NET 5 and later:
//     var roots = new X509Certificate2Collection();
//     roots.ImportFromPem({{ name }}.Pem);
//     var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust };
//     policy.CustomTrustStore.AddRange(roots);
//     policy.RevocationMode = X509RevocationMode.NoCheck;
//     new SslClientAuthenticationOptions { CertificateChainPolicy = policy, TargetHost = host };

{% include "part/csharp" %}
