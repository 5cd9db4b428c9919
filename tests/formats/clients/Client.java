import java.io.FileInputStream;
import java.io.InputStream;
import java.security.KeyStore;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import java.net.InetAddress;
import java.net.Socket;

/** Client FILE TYPE PORT NAME: 0 after a handshake with a server that it trusts, 1 if it does not. */
public class Client {
    public static void main(String[] args) throws Exception {
        KeyStore store = KeyStore.getInstance(args[1]);
        try (InputStream file = new FileInputStream(args[0])) {
            store.load(file, "changeit".toCharArray());
        }
        TrustManagerFactory trust =
            TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        Socket plain = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(args[2]));
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory()
                 .createSocket(plain, args[3], Integer.parseInt(args[2]), true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.getOutputStream().write("trusted".getBytes());
        } catch (SSLException error) {
            System.out.println(error);
            System.exit(1);
        }
    }
}
