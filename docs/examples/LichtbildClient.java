// Client of Lichtbild in Java 17, without a library: studio software deposits, application software of an office collects and settles,
// and both renew their certificate. docs/api.md explains the requests.
//
//   java LichtbildClient.java deposit https://gateway.stadt.example:8443 koch-1 portrait.jpg KEY
//   java LichtbildClient.java collect https://gateway.stadt.example:9443 mitte-1 collected.jpg < code.txt
//   java LichtbildClient.java events  https://gateway.stadt.example:8443 koch-1 [CURSOR]
//   java LichtbildClient.java renew   https://gateway.stadt.example:8443 koch-1
//
// koch-1 is the folder that `lichtbild-gateway device add` made, with device.p12 and gateway-ca.pem. The environment variable
// LICHTBILD_P12_PASSWORD has the password that the command printed; other users cannot read it there.

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;

public class LichtbildClient {
    /** Problems that pass by themselves: the same request can succeed later. */
    static final Set<String> PASSING = Set.of("deposit-in-progress", "too-many-requests", "too-many-connections",
            "gateway-busy", "storage-unavailable", "upload-too-slow", "body-cut", "revocation-list-missing", "internal");
    static final int TRIES = 8;

    final String gateway;
    final HttpClient http;

    LichtbildClient(String gateway, Path device, char[] password) throws Exception {
        this.gateway = gateway;
        KeyStore own = KeyStore.getInstance("PKCS12");
        try (InputStream file = Files.newInputStream(device.resolve("device.p12"))) {
            own.load(file, password);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, password);

        // Trusts the gateway's own authority only.
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream file = Files.newInputStream(device.resolve("gateway-ca.pem"))) {
            trusted.setCertificateEntry("gateway", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);

        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        http = HttpClient.newBuilder().sslContext(tls).version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(10)).build();
    }

    /** A refusal: application/problem+json (RFC 9457). */
    static class Refused extends Exception {
        final String type;

        Refused(String problem) {
            super(text(problem, "type") + ": " + text(problem, "title") + ". " + text(problem, "detail"));
            type = text(problem, "type");
        }
    }

    HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create(gateway + path)).timeout(Duration.ofSeconds(40))
                .header("Accept-Language", "de");
    }

    /** Sends the request until it is answered. Every request of the interface may be repeated. */
    HttpResponse<byte[]> send(HttpRequest request) throws Exception {
        long wait = 500;
        for (int left = TRIES - 1;; left--) {
            String reason;
            try {
                HttpResponse<byte[]> answer = http.send(request, BodyHandlers.ofByteArray());
                if (answer.statusCode() < 300) {
                    return answer;
                }
                Refused refused = refusal(answer);
                if (!PASSING.contains(refused.type) || left == 0) {
                    throw refused;
                }
                long asked = answer.headers().firstValueAsLong("Retry-After").orElse(0) * 1000;
                wait = Math.max(wait, asked);
                reason = refused.type;
            } catch (SSLHandshakeException certificate) {
                // One side refuses the certificate of the other: a repeat changes nothing.
                throw certificate;
            } catch (IOException broken) {
                // Unknown whether the gateway acted: the repeat finds out.
                if (left == 0) {
                    throw broken;
                }
                reason = "no answer (" + broken.getMessage() + ")";
            }
            System.err.println(reason + ": again in " + wait + " ms");
            Thread.sleep(wait);
            wait = Math.min(wait * 2, 30_000);
        }
    }

    /** The refusal in an answer. An answer of a load balancer is no problem, and nothing is known then about the request. */
    static Refused refusal(HttpResponse<byte[]> answer) throws IOException {
        boolean isProblem = answer.headers().firstValue("Content-Type").orElse("").startsWith("application/problem+json");
        if (!isProblem && answer.statusCode() >= 500) {
            throw new IOException("status " + answer.statusCode() + " without a problem");
        }
        String unknown = "{\"type\":\"http-" + answer.statusCode() + "\",\"title\":\"Refused\",\"detail\":\"\"}";
        return new Refused(isProblem ? body(answer) : unknown);
    }

    /** Deposits a photo and returns its receipt. Keep `key` with the photo until the receipt has arrived. */
    String deposit(byte[] photo, String key) throws Exception {
        String digest = "sha-256=:" + Base64.getEncoder().encodeToString(sha256(photo)) + ":";
        return body(send(to("/v1/photos").header("Content-Type", "image/jpeg").header("Idempotency-Key", key)
                .header("Content-Digest", digest).POST(BodyPublishers.ofByteArray(photo)).build()));
    }

    /** Collects the photo of a code, stores it, and settles the collection as used. */
    String collect(String code, Path file) throws Exception {
        String collection = post("/v1/collections", "{\"code\":\"" + code + "\"}");
        String path = "/v1/collections/" + text(collection, "collection_id");
        byte[] photo = send(to(path + "/photo").header("Retrieval-Code", code).build()).body();
        if (!HexFormat.of().formatHex(sha256(photo)).equals(text(collection, "sha256"))) {
            throw new IOException("the photo arrived changed: fetch it again");
        }
        // The photo is on the disk before the settlement erases it at the gateway.
        save(file, photo, Set.of());
        return post(path + "/settle", "{\"outcome\":\"used\"}");
    }

    /** Writes a file that is whole or absent under its name, even after a power cut. */
    static void save(Path file, byte[] content, Set<PosixFilePermission> permissions) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.deleteIfExists(part);
        Files.createFile(part);
        if (!permissions.isEmpty() && Files.getFileStore(part).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(part, permissions);
        }
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
            for (ByteBuffer rest = ByteBuffer.wrap(content); rest.hasRemaining();) {
                channel.write(rest);
            }
            channel.force(true);
        }
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        } catch (IOException unsupported) {
            // Windows cannot open a folder; its file system makes the move durable by itself.
        }
    }

    String post(String path, String json) throws Exception {
        return body(send(to(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json)).build()));
    }

    static String body(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    static byte[] sha256(byte[] bytes) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(bytes);
    }

    /** The first member with this name that is a text. Use a JSON library in real software. */
    static String text(String json, String name) {
        var found = Pattern.compile("\"" + name + "\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\"").matcher(json);
        return found.find() ? found.group(1) : "";
    }

    /** Prints events until the line breaks, and returns the cursor behind the last one. */
    String events(String cursor) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(gateway + "/v1/events"))
                .header("Accept", "text/event-stream").header("Last-Event-ID", cursor).build();
        var lines = http.send(request, BodyHandlers.ofLines());
        String[] last = {cursor};
        lines.body().forEach(line -> {
            if (line.startsWith("data:")) {
                System.out.println(line.substring(5).strip());
            } else if (line.startsWith("id:")) {
                last[0] = line.substring(3).strip();
            }
        });
        return last[0];
    }

    /** Renews the certificate: makes a new key, has it certified, and replaces device.p12. */
    static void renew(LichtbildClient client, Path device, String password) throws Exception {
        KeyStore own = open(device.resolve("device.p12"), password);
        String alias = own.aliases().nextElement();
        String subject = ((X509Certificate) own.getCertificate(alias)).getSubjectX500Principal().getName();

        // The Java library has no certificate requests; its keytool has. A key whose certificate did not arrive is used again.
        Path folder = ownersFolder(device.resolve("renewal"));
        Path made = folder.resolve("device.p12");
        if (!isForRenewal(made, own, alias, password)) {
            Path fresh = folder.resolve("fresh.p12");
            Files.deleteIfExists(fresh);
            keytool(password, "-genkeypair", "-keystore", fresh.toString(), "-storetype", "PKCS12", "-alias", alias,
                "-keyalg", "EC", "-groupname", "secp256r1", "-dname", subject);
            Files.move(fresh, made, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        String request = keytool(password, "-certreq", "-keystore", made.toString(), "-alias", alias);

        byte[] answer;
        try {
            answer = client.send(client.to("/.well-known/est/simplereenroll")
                    .header("Content-Type", "application/pkcs10").POST(BodyPublishers.ofString(request)).build()).body();
        } catch (Refused refused) {
            if (refused.type.equals("key-reused")) { // another device has had this folder
                Files.delete(made);
            }
            throw refused;
        }
        byte[] pkcs7 = Base64.getMimeDecoder().decode(answer);
        Certificate[] chain = CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pkcs7)).toArray(new Certificate[0]);

        KeyStore renewed = open(made, password);
        if (chain.length == 0 || !chain[0].getPublicKey().equals(renewed.getCertificate(alias).getPublicKey())) {
            throw new IOException("the certificate is of another key");
        }
        renewed.setKeyEntry(alias, renewed.getKey(alias, password.toCharArray()), password.toCharArray(), chain);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        renewed.store(packed, password.toCharArray());
        save(device.resolve("device.p12"), packed.toByteArray(), PosixFilePermissions.fromString("rw-------"));
        Files.delete(made);
        Files.delete(folder);
    }

    static KeyStore open(Path file, String password) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream content = Files.newInputStream(file)) {
            store.load(content, password.toCharArray());
        }
        return store;
    }

    /** False if there is no key, if it is of another device, or if the last renewal was interrupted after it had installed the key. */
    static boolean isForRenewal(Path made, KeyStore own, String alias, String password) throws GeneralSecurityException {
        try {
            Certificate kept = open(made, password).getCertificate(alias);
            return kept != null && !kept.getPublicKey().equals(own.getCertificate(alias).getPublicKey());
        } catch (IOException missingOrUnreadable) {
            return false;
        }
    }

    /** A folder that other users cannot read, because keytool makes files that they can. */
    static Path ownersFolder(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            boolean isPosix = Files.getFileStore(folder.getParent()).supportsFileAttributeView("posix");
            var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
            return isPosix ? Files.createDirectory(folder, owner) : Files.createDirectory(folder);
        }
        return folder;
    }

    /** Runs keytool with the password in its environment, where other users cannot read it. */
    static String keytool(String password, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-storepass:env", "LICHTBILD_P12_PASSWORD"));
        ProcessBuilder program = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        program.environment().put("LICHTBILD_P12_PASSWORD", password);
        Process running = program.start();
        String output = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (running.waitFor() != 0) {
            throw new IOException("keytool: " + output);
        }
        return output;
    }

    public static void main(String[] arguments) throws Exception {
        String password = System.getenv("LICHTBILD_P12_PASSWORD");
        if (arguments.length < 3 || password == null) {
            System.err.println("usage: LICHTBILD_P12_PASSWORD=... java LichtbildClient.java deposit|collect|events|renew GATEWAY DEVICE ...");
            System.exit(2);
        }
        Path device = Path.of(arguments[2]);
        var client = new LichtbildClient(arguments[1], device, password.toCharArray());
        try {
            switch (arguments[0]) {
                case "deposit" -> System.out.println(client.deposit(Files.readAllBytes(Path.of(arguments[3])), arguments[4]));
                case "collect" -> {
                    String code = new String(System.in.readAllBytes(), StandardCharsets.UTF_8).strip();
                    System.out.println(client.collect(code, Path.of(arguments[3])));
                }
                case "events" -> System.out.println(client.events(arguments.length > 3 ? arguments[3] : ""));
                case "renew" -> renew(client, device, password);
                default -> System.exit(2);
            }
        } catch (Refused refused) {
            System.err.println(refused.getMessage());
            System.exit(1);
        }
    }
}
