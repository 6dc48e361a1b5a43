import { parentPort, workerData } from 'node:worker_threads';
import { type FitRequest, fitAll } from './fit.ts';

parentPort?.postMessage(fitAll(workerData as FitRequest));
