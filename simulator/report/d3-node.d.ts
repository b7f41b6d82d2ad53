/** What the report uses of d3-node, which comes without types. */
declare module 'd3-node' {
  export class D3Node {
    readonly document: unknown;
    readonly window: { readonly XMLSerializer: new () => { serializeToString(node: unknown): string } };
  }
}
