/** The page's frame; what is in it is drawn by its script. */

export function indexPage({ token, nonce }: { readonly token: string; readonly nonce: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="relaywave-token" content="${token}">
<meta name="relaywave-nonce" content="${nonce}">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/page.css">
<title>Relaywave</title>
</head>
<body>
<div id="page"><noscript>This page needs scripts. Without them, <code>npm run report</code> writes pages that do not.</noscript></div>
<script type="module" src="/assets/page.js"></script>
</body>
</html>
`;
}
