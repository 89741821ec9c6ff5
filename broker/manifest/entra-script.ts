// The commands that register Sheetbroker with Microsoft Entra ID, as a script that an administrator reads before running it.

/** Office's own applications, which ask for tokens on users' behalf: on the desktop, on the web, and all of them together. */
const officeClients = [
  'd3590ed6-52b3-4102-aeff-aad2292ab01c',
  '93d53678-613d-4013-afc1-62e9e444a0a5',
  'ea5a67f6-b6f3-4338-b240-c655ddc3cc8e',
] as const
/** The scope's own id. It need only be unique in the application, and staying the same makes the script repeatable. */
const scopeId = '5b0c6f8e-2a4d-4c1b-9e37-8d1f0a6b4c25'

export interface EntraScriptSettings {
  /** Scheme and host of the broker, https. */
  readonly publicUrl: string
  /** What the application is called in the directory. */
  readonly name: string
  /** Whether tokens say which security groups a user is in. */
  readonly withGroups: boolean
}

/**
 * A bash script for the Azure CLI. Run again, it repairs the registration and adds nothing; it sets what Sheetbroker needs, and so must
 * have an application of its own.
 *
 * @throws {TypeError} when the public URL is not https, or has a path
 */
export function createEntraScript({ publicUrl, name, withGroups }: EntraScriptSettings): string {
  const { origin, host, protocol, href } = new URL(publicUrl)
  if (protocol !== 'https:' || href !== `${origin}/`) throw new TypeError('The public URL is https and a host.')
  return `#!/usr/bin/env bash
# Registers Sheetbroker at ${origin} with Microsoft Entra ID. It needs the Azure CLI, signed in as someone who may
# register applications: az login --allow-no-subscriptions. Run it again whenever you like; it changes what differs.
set -euo pipefail

name=${quote(name)}
host=${quote(host)}
callback=${quote(`${origin}/sign-in/callback`)}
scope_id=${quote(scopeId)}

command -v az >/dev/null || { echo 'The Azure CLI is missing: https://aka.ms/install-azure-cli' >&2; exit 1; }
tenant=$(az account show --query tenantId --output tsv) \\
  || { echo 'Sign in first: az login --allow-no-subscriptions' >&2; exit 1; }

# The application, found by its name, or by its id as the first argument.
app_id=\${1:-$(az ad app list --filter "displayName eq '$name'" --query '[].appId' --output tsv)}
case $app_id in
  '')
    app_id=$(az ad app create --display-name "$name" --sign-in-audience AzureADMyOrg --query appId --output tsv)
    echo "Registered $name as $app_id."
    ;;
  *[[:space:]]*)
    echo "There are several applications called $name. Give the right one's client id: $0 CLIENT-ID" >&2
    exit 1
    ;;
  *) echo "Found $name: $app_id." ;;
esac
object_id=$(az ad app show --id "$app_id" --query id --output tsv)

change() {
  az rest --method PATCH --url "https://graph.microsoft.com/v1.0/applications/$object_id" \\
    --headers 'Content-Type=application/json' --body "$1" --output none
}

${printChanges(withGroups)}
# The application as this directory's users meet it; under Enterprise applications it can be limited to assigned users.
az ad sp show --id "$app_id" --output none 2>/dev/null || az ad sp create --id "$app_id" --output none

cat <<END

Done. Put this in the file that SHEETBROKER_SIGN_IN_FILE names (docs/SIGN-IN.md), and restart the broker:

issuers:
  entra:
    type: entra
    tenants: [$tenant]
    clientId: $app_id
    applicationIdUri: api://$host/$app_id

Then print the manifest again, and upload it: npx sheetbroker manifest --url ${origin} --entra-client-id $app_id
END
`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** What the registration must say; the shell fills in ids and host. */
function printChanges(withGroups: boolean): string {
  return `# The API that tokens are for, its scope, and where sign-in may return to: to Office's broker of nested apps, and to the dialog.
change '{
  "identifierUris": ["api://'"$host"'/'"$app_id"'"],
  "spa": { "redirectUris": ["brk-multihub://'"$host"'"] },
  "publicClient": { "redirectUris": ["'"$callback"'"] },
  ${withGroups ? '"groupMembershipClaims": "SecurityGroup",\n  ' : ''}"optionalClaims": {
    "accessToken": [{ "name": "email" }, { "name": "xms_edov" }],
    "idToken": [{ "name": "email" }, { "name": "xms_edov" }]
  },
  "api": {
    "requestedAccessTokenVersion": 2,
    "oauth2PermissionScopes": [{
      "id": "'"$scope_id"'",
      "value": "access_as_user",
      "type": "User",
      "isEnabled": true,
      "adminConsentDisplayName": "Read Sheetbroker data as the user",
      "adminConsentDescription": "Lets Office read from Sheetbroker what the signed-in user may read.",
      "userConsentDisplayName": "Read your Sheetbroker data",
      "userConsentDescription": "Lets Office read from Sheetbroker what you may read."
    }]
  }
}'

# Only now that the scope is there can it be granted in advance, so that no user is asked: to Office, and to the add-in itself.
granted=''
for client in ${officeClients.join(' ')} "$app_id"; do
  granted="$granted\${granted:+, }{ \\"appId\\": \\"$client\\", \\"delegatedPermissionIds\\": [\\"$scope_id\\"] }"
done
change '{ "api": { "preAuthorizedApplications": ['"$granted"'] } }'
`
}
