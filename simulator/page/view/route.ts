/** Where in the page its reader is, written in the address after "#": links and the back button work of themselves. */

import { useEffect, useState } from 'preact/hooks';

export type Route =
  | { readonly page: 'list' }
  | { readonly page: 'run'; readonly id: string }
  | { readonly page: 'compare'; readonly ids: readonly string[] }
  | { readonly page: 'new'; readonly file: string | null }
  | { readonly page: 'live'; readonly id: string };

/** The address of a route. */
export function addressOf(route: Route): string {
  switch (route.page) {
    case 'list':
      return '#/';
    case 'run':
      return `#/run?${new URLSearchParams({ id: route.id })}`;
    case 'compare':
      return `#/compare?${new URLSearchParams(route.ids.map((id) => ['id', id]))}`;
    case 'new':
      return route.file === null ? '#/new' : `#/new?${new URLSearchParams({ file: route.file })}`;
    case 'live':
      return `#/live?${new URLSearchParams({ id: route.id })}`;
  }
}

/** The route of an address; the list for what is none. */
export function routeOf(address: string): Route {
  const [name = '', query = ''] = address.replace(/^#\/?/, '').split('?');
  const asked = new URLSearchParams(query);
  const id = asked.get('id');
  if (name === 'run' && id !== null) return { page: 'run', id };
  if (name === 'compare') return { page: 'compare', ids: asked.getAll('id') };
  if (name === 'new') return { page: 'new', file: asked.get('file') };
  if (name === 'live' && id !== null) return { page: 'live', id };
  return { page: 'list' };
}

export function goTo(route: Route): void {
  window.location.hash = addressOf(route);
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(window.location.hash));
  useEffect(() => {
    const follow = () => setRoute(routeOf(window.location.hash));
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  return route;
}
