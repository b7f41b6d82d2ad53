import { render } from 'preact';

render(<p>Relaywave</p>, document.getElementById('page') as HTMLElement);
