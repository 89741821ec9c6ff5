// The page at /deploy: what an IT department does to give the add-in to everybody, with this broker's own addresses filled in.
import { listDestinations } from './destinations.ts'
import { escapeHtml, styledPage } from './page-style.ts'

export interface DeployPageSettings {
  readonly publicUrl: string
  readonly officeJsUrl: string
  readonly frameAncestors: readonly string[]
  /** Origins of the identity providers that users sign in with. */
  readonly signInOrigins: readonly string[]
}

/** The page, complete in itself. */
export function createDeployPage(settings: DeployPageSettings): string {
  return styledPage(
    'Deploy Sheetbroker',
    `<h1>Give Sheetbroker to everybody</h1>
<p class="lead">For administrators of Microsoft 365. This broker is <code>${escapeHtml(settings.publicUrl)}</code>.</p>
${address(settings)}
<h2>1. Upload the manifest</h2>
<ol>
<li>Save ${manifestLink(settings)}. Your users’ Excel will read the add-in itself from this broker.</li>
<li>Open the <a href="https://admin.microsoft.com/#/Settings/IntegratedApps">Microsoft 365 admin center, Settings › Integrated apps</a>, and choose <strong>Upload custom apps</strong>, app type <strong>Office Add-in</strong>.</li>
<li>Upload the file. Begin with <strong>Just me</strong> or a pilot group; widen it once they are happy.</li>
<li>Excel shows the group <strong>Sheetbroker</strong> on the Home tab, often within minutes, within 24 hours at the latest. Restarting Excel helps.</li>
</ol>
<p>A later manifest has a higher version whenever something in it changed: upload it with <strong>Update add-in</strong>. An update of the broker alone needs no upload.</p>
<h2>2. Let Excel reach the broker</h2>
<p>Computers and phones of users open these connections; nothing connects to them.</p>
<div class="wide">${firewall(settings)}</div>
<h2>3. Sign-in</h2>
<p>Users can sign in with an invitation (<code>npx sheetbroker invite</code>). For sign-in with Microsoft Entra ID, register an application once: <code>npx sheetbroker entra script</code> prints the commands, filled in for this broker.</p>
<h2>When something does not work</h2>
<dl>
<dt><strong>The pane is blank, or says that the add-in cannot be loaded</strong></dt>
<dd>Open <a href="/addin/taskpane.html">the pane’s page</a> in a browser on that computer. A certificate warning or an error there is the cause: Excel shows pages only from a certificate that Windows or macOS trusts.</dd>
<dt><strong>The group is not on the Home tab</strong></dt>
<dd>It can take 24 hours. Under Home › Add-ins › Admin Managed it can be added at once. Check that the user is in the assigned group: nested groups do not count.</dd>
<dt><strong>Excel on the web shows an empty frame</strong></dt>
<dd>The address of that Excel must be among these, which <code>SHEETBROKER_FRAME_ANCESTORS</code> lists: ${settings.frameAncestors.map((origin) => `<code>${escapeHtml(origin)}</code>`).join(', ')}.</dd>
</dl>`,
  )
}

function manifestLink({ publicUrl }: DeployPageSettings): string {
  return isSecure(publicUrl)
    ? '<a href="/manifest.xml" download="sheetbroker.xml">the manifest</a>'
    : 'the manifest, which is here once the address is an https one'
}

function address({ publicUrl }: DeployPageSettings): string {
  return isSecure(publicUrl)
    ? ''
    : '<p class="card" role="alert"><strong>Not ready to deploy:</strong> Office loads add-ins from an https address alone. Set <code>SHEETBROKER_PUBLIC_URL</code> to the address that users will reach.</p>'
}

function isSecure(publicUrl: string): boolean {
  return publicUrl.startsWith('https:')
}

function firewall(settings: DeployPageSettings): string {
  const rows = listDestinations(settings).map(
    ({ host, port, purpose }) =>
      `<tr><td><code>${escapeHtml(host)}</code></td><td>${port}, TCP</td><td>${escapeHtml(purpose)}</td></tr>`,
  )
  return `<table><thead><tr><th scope="col">Host</th><th scope="col">Port</th><th scope="col">What for</th></tr></thead><tbody>${rows.join('')}</tbody></table>`
}
