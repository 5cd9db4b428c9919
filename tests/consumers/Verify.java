import java.io.File;
import java.io.FileInputStream;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Verifies chains like a Java TLS client: NAME, then FOLDER TIME for each chain, in a folder with
 * anchors.pem and chain.pem; prints one line for each. The caller checks the name, which Java
 * compares after the path.
 */
public class Verify {
    public static void main(String[] words) throws Exception {
        for (int i = 1; i + 1 < words.length; i += 2) {
            try {
                verify(new File(words[i]), new Date(1000 * Long.parseLong(words[i + 1])));
                System.out.println("accepted");
            } catch (CertificateException error) {
                System.out.println("refused: " + error.getMessage());
            }
        }
    }

    static void verify(File folder, Date at) throws Exception {
        KeyStore anchors = KeyStore.getInstance("PKCS12");
        anchors.load(null, null);
        for (Certificate anchor : read(new File(folder, "anchors.pem"))) {
            anchors.setCertificateEntry("anchor-" + anchors.size(), anchor);
        }
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, new X509CertSelector());
        parameters.setRevocationEnabled(false);
        parameters.setDate(at);
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(new CertPathTrustManagerParameters(parameters));
        List<X509Certificate> chain = new ArrayList<>();
        for (Certificate certificate : read(new File(folder, "chain.pem"))) {
            chain.add((X509Certificate) certificate);
        }
        X509TrustManager manager = (X509TrustManager) factory.getTrustManagers()[0];
        manager.checkServerTrusted(chain.toArray(new X509Certificate[0]), "ECDHE_ECDSA");
    }

    static Collection<? extends Certificate> read(File file) throws Exception {
        try (FileInputStream input = new FileInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(input);
        }
    }
}
