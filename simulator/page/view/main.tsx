/** The page that lists runs, compares them, starts new ones and shows them live (simulator/view is its server). */

import { render } from 'preact';
import '../parts/parts.css';
import { ComparePage } from './compare-page.tsx';
import { Layout } from './layout.tsx';
import { LivePage } from './live-page.tsx';
import { NewRunPage } from './new-run-page.tsx';
import { type Route, useRoute } from './route.ts';
import { RunListPage } from './run-list.tsx';
import { RunPage } from './run-page.tsx';
import './view.css';

function Page({ route }: { readonly route: Route }) {
  switch (route.page) {
    case 'list':
      return <RunListPage />;
    case 'run':
      return <RunPage key={route.id} id={route.id} />;
    case 'compare':
      return <ComparePage key={route.ids.join(' ')} ids={route.ids} />;
    case 'new':
      return <NewRunPage file={route.file} />;
    case 'live':
      return <LivePage key={route.id} id={route.id} />;
  }
}

function App() {
  const route = useRoute();
  return (
    <Layout route={route}>
      <Page route={route} />
    </Layout>
  );
}

const host = document.getElementById('page') as HTMLElement;
host.textContent = '';
render(<App />, host);
