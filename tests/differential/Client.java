import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Java's own TLS with a trust store of only the anchors, and the host checked as for HTTPS. */
class Client {
    public static void main(String[] words) throws Exception {
        int port = Integer.parseInt(words[0]);
        var lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = lines.readLine()) != null;) {
            String[] job = line.split("\t");
            System.out.println(job[0] + "\t" + judge(job, port));
            System.out.flush();
            forget();
        }
    }

    /**
     * Empties the cache of certificates: a check of nameConstraints adds names of the subject to the
     * subjectAltName of a certificate in it, which would count for the same certificate in a later chain.
     */
    private static void forget() throws Exception {
        Field cache = Class.forName("sun.security.provider.X509Factory").getDeclaredField("certCache");
        cache.setAccessible(true);
        var clear = cache.getType().getDeclaredMethod("clear");
        clear.setAccessible(true);
        clear.invoke(cache.get(null));
    }

    private static String judge(String[] job, int port) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (var anchors = new FileInputStream(job[4])) {
            int number = 0;
            for (Certificate anchor : CertificateFactory.getInstance("X.509").generateCertificates(anchors))
                store.setCertificateEntry("anchor" + number++, anchor);
        } catch (Exception e) {
            return "anchor " + reason(e);
        }
        try (Socket raw = new Socket(InetAddress.getLoopbackAddress(), port)) {
            raw.setSoTimeout(10_000);
            raw.setTcpNoDelay(true);
            String wish = job[1] + "\t" + job[2] + "\t" + job[3] + "\n";
            raw.getOutputStream().write(wish.getBytes(StandardCharsets.UTF_8));
            if (raw.getInputStream().read() != '+') return "unserved";
            return shake(raw, store, job[1], port);
        }
    }

    private static String shake(Socket raw, KeyStore store, String host, int port) {
        try {
            var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            var socket = (SSLSocket) context.getSocketFactory().createSocket(raw, host, port, false);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return "ok";
        } catch (Exception | StackOverflowError e) {
            return reason(e);
        }
    }

    private static String reason(Throwable error) {
        Throwable cause = error;
        while (cause.getCause() != null) cause = cause.getCause();
        String said = cause.getMessage();
        return (said == null ? cause.getClass().getSimpleName() : said).replaceAll("\\s+", " ");
    }
}
