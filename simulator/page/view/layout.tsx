/** The frame of every page: a way past it, the ways through it, and where the reader is. */

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { addressOf, type Route } from './route.ts';

const LINKS: readonly { readonly word: string; readonly route: Route }[] = [
  { word: 'Runs', route: { page: 'list' } },
  { word: 'New run', route: { page: 'new', file: null } },
];

export function Layout({ route, children }: { readonly route: Route; readonly children: ComponentChildren }) {
  const main = useRef<HTMLElement>(null);
  const address = addressOf(route);
  const isFirst = useRef(true);
  useEffect(() => {
    // As a browser does with a new page: from its top, with the focus at its beginning.
    if (isFirst.current) isFirst.current = false;
    else {
      main.current?.focus({ preventScroll: true });
      window.scrollTo(0, 0);
    }
  }, [address]);
  return (
    <>
      <a
        class="skip"
        href={address}
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the content
      </a>
      <header class="top">
        <a class="name" href="#/">
          Relaywave
        </a>
        <nav aria-label="Pages">
          {LINKS.map(({ word, route: target }) => (
            <a
              key={word}
              href={addressOf(target)}
              {...(target.page === route.page && { 'aria-current': 'page' as const })}
            >
              {word}
            </a>
          ))}
        </nav>
      </header>
      <main id="content" ref={main} tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

/** The heading of a page; the window is called after it. */
export function Heading({
  above,
  children,
}: {
  readonly above?: ComponentChildren;
  readonly children: string;
}) {
  useEffect(() => {
    document.title = `${children} · Relaywave`;
  }, [children]);
  return (
    <>
      {above !== undefined && <p class="kicker">{above}</p>}
      <h1>{children}</h1>
    </>
  );
}
