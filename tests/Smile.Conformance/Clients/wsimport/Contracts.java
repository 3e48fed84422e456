import com.sun.tools.ws.wscompile.WsimportTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Runs wsimport on every contract, over HTTP and without credentials, each into a folder of its own. It does what the command
 * does, in one process. Arguments: base address, folder for the folders, endpoints.
 */
public class Contracts {
    private static final Pattern OPERATION = Pattern.compile("^    @WebMethod", Pattern.MULTILINE);

    public static void main(String[] arguments) throws Exception {
        for (String endpoint : Arrays.asList(arguments).subList(2, arguments.length)) {
            Path folder = Files.createDirectories(Path.of(arguments[1], endpoint.replaceAll("[^a-z]", "")));
            boolean isRead = new WsimportTool(System.err).run(
                new String[] {"-keep", "-Xnocompile", "-quiet", "-d", folder.toString(), arguments[0] + endpoint + "?wsdl"});
            if (!isRead) {
                throw new IllegalStateException("wsimport refused the contract of " + endpoint);
            }
            System.out.printf("{\"contract\":\"%s\",\"operations\":%d}%n", endpoint, operations(folder));
        }
    }

    private static long operations(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> sources = files.filter(file -> file.toString().endsWith(".java")).toList();
            long operations = 0;
            for (Path source : sources) {
                operations += OPERATION.matcher(Files.readString(source)).results().count();
            }
            return operations;
        }
    }
}
