/** Asks the server of the page as a browser, another site, or somebody with bad intentions would. */

import { type IncomingHttpHeaders, request } from 'node:http';
import { TOKEN_HEADER } from '../view/api-terms.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly json: unknown;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Sent as JSON. */
  readonly json?: unknown;
}

export class ViewClient {
  readonly url: URL;
  private token = '';

  constructor(url: string) {
    this.url = new URL(url);
  }

  /** The request as it is: the path is not made sound, and nothing is added but a Host. */
  raw(path: string, { method = 'GET', headers = {}, body }: Question = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = this.url;
      const asked = request({ hostname, port, path, method, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const isJson = /json/.test(response.headers['content-type'] ?? '');
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: text,
            json: isJson ? JSON.parse(text) : null,
          });
        });
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }

  /** The request as the page itself sends it, with the token where it writes. */
  async own(path: string, question: Question = {}): Promise<Answer> {
    const { method = 'GET', json } = question;
    if (this.token === '') {
      const page = await this.raw('/');
      this.token = /name="relaywave-token" content="([^"]+)"/.exec(page.body)?.[1] ?? '';
    }
    const headers = {
      Origin: this.url.origin,
      'Sec-Fetch-Site': 'same-origin',
      'Sec-Fetch-Mode': 'cors',
      ...(method !== 'GET' && { [TOKEN_HEADER]: this.token }),
      ...(json !== undefined && { 'Content-Type': 'application/json' }),
      ...question.headers,
    };
    return this.raw(path, {
      method,
      headers,
      body: json === undefined ? question.body : JSON.stringify(json),
    });
  }
}
