import type { Driver, QueryResult, Session } from 'neo4j-driver';
import { type GraphAddress, neo4jPackage, openDriver } from './driver.ts';

/** The connections to Neo4j. They are replaced together: when one went silent, those beside it have been quiet for as long. */
export class GraphConnections {
  readonly #address: GraphAddress;
  #driver: Driver;

  constructor(address: GraphAddress) {
    this.#address = address;
    this.#driver = openDriver(address);
  }

  readonly executeQuery: Driver['executeQuery'] = (...given) => this.#driver.executeQuery(...given);

  /**
   * One statement that reads, as a transaction of Neo4j's own: one exchange, where a transaction of the driver takes three. It is not
   * repeated if it fails, and is given up after so many milliseconds.
   */
  async read(query: string, parameters: object, timeout: number): Promise<QueryResult['records']> {
    const session = this.#driver.session({ defaultAccessMode: neo4jPackage().session.READ });
    try {
      return (await session.run(query, parameters, { timeout })).records;
    } finally {
      await session.close();
    }
  }

  session(): Session {
    return this.#driver.session();
  }

  /** A connection of its own, which shares nothing with those in use; the caller closes it, or passes it to `replace`. */
  fresh(): Driver {
    return openDriver(this.#address);
  }

  /** From now on `by` is used. What is under way on the old connections ends there. */
  replace(by: Driver): void {
    const before = this.#driver;
    this.#driver = by;
    before.close().catch(() => undefined);
  }

  close(): Promise<void> {
    return this.#driver.close();
  }
}
