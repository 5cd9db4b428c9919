import java.io.FileInputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Java's own TLS as a device: "none" has a TrustManager that accepts everything, "nohost" compares no name. */
class Device {
    public static void main(String[] words) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (var file = new FileInputStream(words[2])) {
            store.setCertificateEntry("anchor", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        TrustManager[] all = {new X509TrustManager() {
            public void checkClientTrusted(X509Certificate[] chain, String kind) {}
            public void checkServerTrusted(X509Certificate[] chain, String kind) {}
            public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }
        }};
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, words[0].equals("none") ? all : factory.getTrustManagers(), null);
        while (true) {
            Socket raw;
            try {
                raw = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(words[1]));
            } catch (java.io.IOException nobodyListens) {
                return;
            }
            meet(raw, context, words[0]);
            raw.close();
        }
    }

    private static void meet(Socket raw, SSLContext context, String mode) {
        try {
            raw.setSoTimeout(10_000);
            var socket = (SSLSocket) context.getSocketFactory().createSocket(raw, "localhost", raw.getPort(), true);
            var parameters = socket.getSSLParameters();
            if (mode.equals("sound")) parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            String connect = "\u0010\u001c\0\u0004MQTT\u0004\u00c2\0<\0\u0004demo\0\u0004user\0\u0004pass";
            socket.getOutputStream().write(connect.getBytes(StandardCharsets.ISO_8859_1));
            socket.getInputStream().read(new byte[64]);
            socket.close();
        } catch (Exception refused) {
            // The next connection is another case.
        }
    }
}
