/** Keeps what was made of an object for as long as the object is there. */

/**
 * `make`, done once for each object: for what charts, tables and figures of one report all need of it. The object must not
 * change afterwards.
 */
export function keptWith<Of extends object, Made>(make: (of: Of) => Made): (of: Of) => Made {
  const kept = new WeakMap<Of, { readonly made: Made }>();
  return (of) => {
    let entry = kept.get(of);
    if (entry === undefined) {
      entry = { made: make(of) };
      kept.set(of, entry);
    }
    return entry.made;
  };
}
