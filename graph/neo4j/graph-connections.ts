import type { Driver, Session } from 'neo4j-driver';
import { type GraphAddress, neo4jPackage, openDriver } from './driver.ts';

const FETCH_ALL = -1;

/** The connections to Neo4j. They are replaced together: when one went silent, those beside it have been quiet for as long. */
export class GraphConnections {
  readonly #address: GraphAddress;
  #driver: Driver;

  constructor(address: GraphAddress) {
    this.#address = address;
    this.#driver = openDriver(address);
  }

  readonly executeQuery: Driver['executeQuery'] = (...given) => this.#driver.executeQuery(...given);

  session(): Session {
    return this.#driver.session();
  }

  /** For reads whose rows are all read before the next statement runs. */
  readSession(): Session {
    return this.#driver.session({ defaultAccessMode: neo4jPackage().session.READ, fetchSize: FETCH_ALL });
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
