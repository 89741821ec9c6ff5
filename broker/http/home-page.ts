import { styledPage } from './page-style.ts'

/** The page at `/`, for people who open the broker's address: it is the add-in's support address, too. */
export function createHomePage(isReady: boolean): string {
  return styledPage(
    'Sheetbroker',
    `<h1>Sheetbroker</h1>
<p class="lead">Your company’s data as Excel tables that refresh with one click.</p>
<section class="card" aria-labelledby="users">
<h2 id="users">You use Excel</h2>
<p>Click <strong>Open</strong> in the group Sheetbroker on the Home tab. Sign in once with your work account, or with the invitation that your administrator gave you; then choose a dataset. From then on, Refresh is all you need.</p>
<p>There is no such group? Ask your IT department to give you the add-in.</p>
</section>
<section class="card" aria-labelledby="it">
<h2 id="it">You run it</h2>
<ul>
<li><a href="/deploy">How to give the add-in to everybody</a>: manifest, firewall, sign-in, troubleshooting</li>
<li><a href="/manifest.xml">The add-in’s manifest</a>, or <a href="/manifest.zip">its package for the unified app model</a></li>
<li><a href="/openapi.json">The API, as OpenAPI</a></li>
<li>Status: ${isReady ? 'ready to serve' : '<strong>not ready</strong>, the database does not answer'} (<a href="/readyz">for monitors</a>)</li>
</ul>
</section>`,
  )
}
