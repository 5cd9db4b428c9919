{% set open, bar = "//", "//" %}
{% include "part/about" %}
//
// Usage, in urlSession(_:didReceive:completionHandler:), with the trust of the challenge:
//     let anchors = {{ name }}.certificates.compactMap {
//         SecCertificateCreateWithData(nil, Data($0) as CFData)
//     }
//     SecTrustSetAnchorCertificates(trust, anchors as CFArray)
//     SecTrustSetAnchorCertificatesOnly(trust, true)
//     SecTrustEvaluateWithError(trust, nil)

enum {{ name }} {
    /// The certificates in DER.
    static let certificates: [[UInt8]] = [
{% for certificate in certificates %}
        [
{% for row in certificate.der | rows %}
            {{ row }},
{% endfor %}
        ],
{% endfor %}
    ]
{% if host %}

    static let host = "{{ host | literal }}"
    static let port: UInt16 = {{ port }}
{% endif %}

    /// A clock before this time is wrong, and the end of its validity; seconds since 1970.
    static let notBefore = {{ not_before }}
    static let notAfter = {{ not_after }}
}
