/** The page at `/`, for people who open the broker's address: it is the add-in's support address, too. */
export const homePage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sheetbroker</title>
<h1>Sheetbroker</h1>
<p>This broker serves tables to Excel. Open the Sheetbroker add-in in Excel and sign in with the invitation that your administrator gave you.</p>
<p>Administrators: <a href="/manifest.xml">the add-in’s manifest</a>. Developers: <a href="/openapi.json">the API</a>.</p>
</html>
`
