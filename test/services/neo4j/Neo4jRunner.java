import java.nio.file.Path;
import java.time.Duration;
import org.neo4j.configuration.GraphDatabaseInternalSettings;
import org.neo4j.configuration.GraphDatabaseSettings;
import org.neo4j.configuration.connectors.BoltConnector;
import org.neo4j.configuration.connectors.HttpConnector;
import org.neo4j.configuration.connectors.HttpsConnector;
import org.neo4j.configuration.helpers.SocketAddress;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;

/** A Neo4j Community server with Bolt on loopback and nothing else: Neo4jRunner HOME BOLT_PORT. SIGTERM stops it. */
public class Neo4jRunner {
  public static void main(String[] args) throws Exception {
    var address = new SocketAddress("127.0.0.1", Integer.parseInt(args[1]));
    var dbms = new DatabaseManagementServiceBuilder(Path.of(args[0]).toAbsolutePath())
        .setConfig(BoltConnector.enabled, true)
        .setConfig(BoltConnector.listen_address, address)
        .setConfig(BoltConnector.advertised_address, address)
        // As in compose.yaml: the driver gives a silent connection up after twice that.
        .setConfig(BoltConnector.connection_keep_alive, Duration.ofSeconds(10))
        .setConfig(HttpConnector.enabled, false)
        .setConfig(HttpsConnector.enabled, false)
        .setConfig(GraphDatabaseSettings.auth_enabled, false)
        .setConfig(GraphDatabaseSettings.udc_enabled, false) // tests phone nobody
        .setConfig(GraphDatabaseSettings.pagecache_memory, 256L * 1024 * 1024)
        // Each database would set aside 256 MB of log before its first write, twice (neo4j and system).
        .setConfig(GraphDatabaseSettings.preallocate_logical_logs, false)
        // The databases are closed by then, and Bolt would sit through two quiet periods of 5 s for nobody.
        .setConfig(GraphDatabaseInternalSettings.netty_server_shutdown_quiet_period, 0)
        .build();
    Runtime.getRuntime().addShutdownHook(new Thread(dbms::shutdown));
    System.out.println("READY bolt://" + address);
    Thread.currentThread().join();
  }
}
