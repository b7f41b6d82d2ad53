/** Adds Promise.withResolvers where it is missing (Node 20): libp2p needs it. Import it before libp2p. */

interface Resolvers<Value> {
  promise: Promise<Value>;
  resolve: (value: Value | PromiseLike<Value>) => void;
  reject: (reason?: unknown) => void;
}

function withResolvers<Value>(): Resolvers<Value> {
  const resolvers = {} as Resolvers<Value>;
  resolvers.promise = new Promise<Value>((resolve, reject) => {
    resolvers.resolve = resolve;
    resolvers.reject = reject;
  });
  return resolvers;
}

if (!('withResolvers' in Promise)) {
  Object.defineProperty(Promise, 'withResolvers', {
    value: withResolvers,
    configurable: true,
    writable: true,
  });
}
