{% set open, bar = "//", "//" %}
{% include "part/about" %}
//
// Usage, with .NET nanoFramework:
//     var root = new X509Certificate({{ name }}.Pem);
//     new MqttClient(host, port, true, root, null, MqttSslProtocols.TLSv1_2);
//     httpClient.HttpsAuthentCert = root;

{% include "part/csharp" %}
