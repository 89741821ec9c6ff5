// What the schema 1.23 of Microsoft 365 apps says of an Office add-in. Parts of an app that are no add-in (tabs, bots, agents) are taken
// as they are.
import * as z from 'zod'

const textUpTo = (most: number) =>
  z.string().refine((text) => Array.from(text).length <= most, `Write at most ${most} characters.`)
const https = z
  .string()
  .max(2_048)
  .refine((text) => URL.canParse(text) && new URL(text).protocol === 'https:', 'Write an https address.')
const path = textUpTo(2_048).min(1)
const guid = z.string().regex(/^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, 'Write a GUID.')
const languageTag = z.string().regex(/^[A-Za-z0-9]{1,8}(?:-[A-Za-z0-9]{1,8}){0,2}$/, 'Write a language, such as de-de.')
const some = <Item extends z.ZodType>(item: Item, most: number) => z.array(item).min(1).max(most)
const id = textUpTo(64)

const requirements = z
  .strictObject({
    capabilities: some(
      z.strictObject({ name: textUpTo(128), minVersion: z.string().optional(), maxVersion: z.string().optional() }),
      100,
    ).optional(),
    scopes: some(z.enum(['mail', 'workbook', 'document', 'presentation']), 4).optional(),
    formFactors: some(z.enum(['desktop', 'mobile']), 2).optional(),
  })
  .refine((value) => Object.keys(value).length > 0, 'Name at least one requirement, or take it out.')

const icon = z.strictObject({
  size: z.literal([16, 20, 24, 32, 40, 48, 64, 80], 'The sizes are 16, 20, 24, 32, 40, 48, 64 and 80.'),
  url: https,
})
const icons = some(icon, 3)
const supertip = z.strictObject({ title: textUpTo(64), description: textUpTo(250) })

const menuItem = z.strictObject({
  ...{ id, type: z.literal('menuItem'), label: textUpTo(64), icons: icons.optional(), supertip, actionId: id },
  ...{ enabled: z.boolean().optional(), overriddenByRibbonApi: z.boolean().optional() },
})
const control = z.strictObject({
  ...{ id, type: z.enum(['button', 'menu']), label: textUpTo(64), icons, supertip, actionId: id.optional() },
  ...{
    builtInControlId: id.optional(),
    enabled: z.boolean().optional(),
    overriddenByRibbonApi: z.boolean().optional(),
  },
  items: some(menuItem, 20).optional(),
})
const group = z.strictObject({
  ...{ id: id.optional(), label: textUpTo(64).optional(), icons: icons.optional() },
  controls: some(control, 20).optional(),
  ...{ builtInGroupId: id.optional(), overriddenByRibbonApi: z.boolean().optional() },
})
const tab = z
  .strictObject({
    ...{ id: id.optional(), label: textUpTo(64).optional(), builtInTabId: id.optional() },
    position: z.strictObject({ builtInTabId: id, align: z.enum(['after', 'before']) }).optional(),
    groups: some(group, 10).optional(),
    customMobileRibbonGroups: some(z.unknown(), 10).optional(),
  })
  .refine(
    (value) =>
      value.id === undefined ||
      (value.label !== undefined && (value.groups ?? value.customMobileRibbonGroups) !== undefined),
    'A tab of its own needs a label and groups.',
  )
const ribbon = z.strictObject({
  requirements: requirements.optional(),
  contexts: some(
    z.enum([
      'mailRead',
      'mailCompose',
      'meetingDetailsOrganizer',
      'meetingDetailsAttendee',
      'onlineMeetingDetailsOrganizer',
      'logEventMeetingDetailsAttendee',
      'default',
      'spamReportingOverride',
    ]),
    8,
  ).optional(),
  tabs: z.array(tab).max(20),
  ...{ fixedControls: some(z.unknown(), 1).optional(), spamPreProcessingDialog: z.unknown().optional() },
})

const dimensionality = z.enum(['scalar', 'matrix']).optional()
const functionParameter = z.looseObject({
  name: textUpTo(64).min(1),
  description: textUpTo(128).min(1).optional(),
  type: textUpTo(128).min(1).optional(),
  dimensionality,
  optional: z.boolean().nullable().optional(),
  repeating: z.boolean().optional(),
})
const customFunction = z.looseObject({
  id: textUpTo(64)
    .min(3)
    .regex(/^[a-zA-Z][a-zA-Z0-9._]*$/, 'Write letters, digits, points and underscores.'),
  name: textUpTo(64)
    .min(3)
    .regex(/^\p{L}[\p{L}0-9._]*$/u, 'Write letters, digits, points and underscores.'),
  description: textUpTo(128).min(1).optional(),
  helpUrl: https.optional(),
  parameters: z.array(functionParameter).max(128),
  result: z.looseObject({ dimensionality }),
  ...{ stream: z.boolean().optional(), volatile: z.boolean().optional(), cancelable: z.boolean().optional() },
  ...{ requiresAddress: z.boolean().optional(), requiresParameterAddress: z.boolean().optional() },
})
const functionNamespace = z
  .string()
  .max(32)
  .regex(/^[A-Za-z][A-Za-z0-9._]*$/, 'Write letters, digits, points and underscores, a letter first.')
const customFunctions = z.looseObject({
  functions: some(customFunction, 20_000),
  namespace: z.looseObject({ id: functionNamespace, name: functionNamespace }),
  allowCustomDataForDataTypeAny: z.boolean().optional(),
})
const action = z.strictObject({
  ...{ id, type: z.enum(['executeFunction', 'openPage']), displayName: textUpTo(64).optional(), view: id.optional() },
  ...{
    pinnable: z.boolean().optional(),
    multiselect: z.boolean().optional(),
    supportsNoItemContext: z.boolean().optional(),
  },
})
const runtime = z.strictObject({
  ...{ requirements: requirements.optional(), id, type: z.literal('general').optional() },
  code: z.strictObject({ page: https, script: https.optional() }),
  lifetime: z.enum(['short', 'long']).optional(),
  actions: some(action, 20).optional(),
  customFunctions: customFunctions.optional(),
})

const alternate = z
  .strictObject({
    requirements: requirements.optional(),
    prefer: z.looseObject({ comAddin: z.strictObject({ progId: id }).optional() }).optional(),
    hide: z
      .looseObject({
        storeOfficeAddin: z.strictObject({ officeAddinId: id, assetId: id }).optional(),
        customOfficeAddin: z.strictObject({ officeAddinId: id }).optional(),
      })
      .refine((value) => Object.keys(value).length > 0, 'Say which add-in to hide.')
      .optional(),
    alternateIcons: z.strictObject({ icon, highResolutionIcon: icon }).optional(),
  })
  .refine((value) => Object.keys(value).length > 0, 'Say what to prefer or to hide.')

const extension = z
  .strictObject({
    requirements: requirements.optional(),
    runtimes: some(runtime, 20).optional(),
    ribbons: some(ribbon, 20).optional(),
    alternates: some(alternate, 10).optional(),
    getStartedMessages: some(
      z.strictObject({
        ...{
          requirements: requirements.optional(),
          title: textUpTo(125),
          description: textUpTo(250),
          learnMoreUrl: https,
        },
      }),
      3,
    ).optional(),
    ...{ autoRunEvents: some(z.unknown(), 10).optional(), contentRuntimes: z.array(z.unknown()).min(1).optional() },
    ...{ contextMenus: z.array(z.unknown()).min(1).optional(), keyboardShortcuts: some(z.unknown(), 10).optional() },
    audienceClaimUrl: https.optional(),
  })
  .refine((value) => Object.keys(value).length > 0, 'Say what the add-in adds.')

/** Parts of an app that are no Office add-in. */
const others = [
  ...['configurableTabs', 'staticTabs', 'bots', 'connectors', 'subscriptionOffer', 'composeExtensions', 'permissions'],
  ...[
    'devicePermissions',
    'graphConnector',
    'showLoadingIndicator',
    'isFullScreen',
    'activities',
    'configurableProperties',
  ],
  ...[
    'supportedChannelTypes',
    'defaultBlockUntilAdminAction',
    'publisherDocsUrl',
    'defaultInstallScope',
    'defaultGroupCapability',
  ],
  ...['meetingExtensionDefinition', 'dashboardCards', 'copilotAgents', 'intuneInfo', 'elementRelationshipSet'],
  'backgroundLoadConfiguration',
]

/** The whole manifest. */
export const unifiedManifest = z.strictObject({
  $schema: z.string().optional(),
  manifestVersion: z
    .string()
    .regex(/^(?:1\.\d{1,2}|devPreview|m365DevPreview)$/, 'Write a version of the schema, such as 1.23.'),
  id: guid,
  version: textUpTo(256).regex(
    /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:[-+][\w.+-]+)?$/,
    'Write three numbers, as 1.0.0.',
  ),
  name: z.strictObject({ short: textUpTo(30).min(1), full: textUpTo(100).optional() }),
  description: z.strictObject({ short: textUpTo(80).min(1), full: textUpTo(4_000).min(1) }),
  developer: z.strictObject({
    ...{ name: textUpTo(32).min(1), mpnId: textUpTo(10).optional() },
    ...{ websiteUrl: https, privacyUrl: https, termsOfUseUrl: https },
  }),
  localizationInfo: z
    .strictObject({
      ...{ defaultLanguageTag: languageTag, defaultLanguageFile: path.optional() },
      additionalLanguages: z.array(z.strictObject({ languageTag, file: path })).optional(),
    })
    .optional(),
  icons: z.strictObject({ color: path, outline: path, color32x32: path.optional() }),
  accentColor: z.string().regex(/^#[0-9a-fA-F]{6}$/, 'Write a colour, such as #0f6b66.'),
  validDomains: z.array(textUpTo(2_048)).max(16).optional(),
  webApplicationInfo: z
    .strictObject({
      ...{ id: guid, resource: textUpTo(2_048).optional() },
      nestedAppAuthInfo: z.array(z.unknown()).optional(),
    })
    .optional(),
  authorization: z
    .strictObject({
      permissions: z
        .strictObject({
          resourceSpecific: z
            .array(z.strictObject({ name: textUpTo(128), type: z.enum(['Application', 'Delegated']) }))
            .max(16)
            .optional(),
        })
        .optional(),
    })
    .optional(),
  extensions: z.array(extension).max(1).optional(),
  ...Object.fromEntries(others.map((name) => [name, z.unknown().optional()])),
})

export type UnifiedManifest = z.infer<typeof unifiedManifest>
