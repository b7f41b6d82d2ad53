/** Bundles `entry` and returns the file to start a worker with. */
export function bundleThread(entry: URL): Promise<string>;
