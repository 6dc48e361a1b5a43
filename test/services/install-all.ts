import { installAll } from './install.ts';

/*
 * Installs at once all that the tests of services start: .ci/run does so while other tests have the cores, because downloads wait
 * for the network. What fails is installed again, and reported, by the test that needs it.
 */

await installAll();
