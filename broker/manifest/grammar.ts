// What a manifest may hold, as a table: for each kind of element its children in order, and its attributes. It covers add-ins for
// documents (task pane and content), with the elements that Office has learned since the schema was last published.
import type { SimpleTypeName } from './simple-types.ts'

/** Short names of the namespaces. */
export const namespaces = {
  app: 'http://schemas.microsoft.com/office/appforoffice/1.1',
  over: 'http://schemas.microsoft.com/office/taskpaneappversionoverrides',
  base: 'http://schemas.microsoft.com/office/officeappbasictypes/1.0',
  contentOver: 'http://schemas.microsoft.com/office/contentappversionoverrides',
} as const

export type NamespaceName = keyof typeof namespaces

/** One kind of element. */
export interface ElementType {
  /** The namespace of its children, and of the name that `xsi:type` may give it. */
  readonly of: NamespaceName
  /**
   * Children in order, each `Name:kind`, with `?` for at most one, `+` for one and more, `*` for any number; `A:a|B:b` is either.
   * A kind with a capital is another element type, one without is a text. A child in another namespace has its short name
   * before it: `over.VersionOverrides:VersionOverrides`.
   */
  readonly holds?: string
  /** The namespace of an element that may end it, unread; `*` for any number of any elements. */
  readonly ends?: string
  /** Nothing in it is looked at. */
  readonly isFree?: boolean
  /** Attributes, each `name:text`, with `?` when it may be left out. */
  readonly has?: string
  /** The only kinds that it may be; `xsi:type` must then say which. */
  readonly variants?: readonly string[]
}

const signature = 'http://www.w3.org/2000/09/xmldsig#'

const head = `Id:guid AlternateId:assetId? Version:version ProviderName:short DefaultLocale:culture
  DisplayName:ShortLocaleAwareSetting Description:LongLocaleAwareSetting IconUrl:URLLocaleAwareSetting?
  HighResolutionIconUrl:URLLocaleAwareSetting? SupportUrl:URLLocaleAwareSetting? AppDomains:AppDomains? Hosts:AppHosts?
  Requirements:AppRequirements?`

const setting = (text: SimpleTypeName) =>
  ({ of: 'app', holds: `Override:Override.${text}*`, has: `DefaultValue:${text}` }) as const
const resource = (text: SimpleTypeName) =>
  ({ of: 'base', holds: `Override:Override.${text}*`, has: `id:resid DefaultValue:${text}` }) as const
const override = (text: SimpleTypeName) => ({ of: 'base', has: `Locale:culture Value:${text}` }) as const
const location = { of: 'over', holds: 'SourceLocation:URLResourceReference' } as const
const reference = { of: 'base', has: 'resid:resid' } as const
const documentHost = {
  of: 'over',
  holds: 'Runtimes:Runtimes? AllFormFactors:AllFormFactors? DesktopFormFactor:FormFactor?',
} as const
const control = 'OverriddenByRibbonApi:boolean? Label:ShortResourceReference Supertip:Supertip'

/** Every kind of element, by its name. The first one is the root's. */
export const elementTypes: Readonly<Record<string, ElementType>> = {
  OfficeApp: { of: 'app', variants: ['TaskPaneApp', 'ContentApp'] },
  TaskPaneApp: {
    of: 'app',
    holds: `${head} DefaultSettings:TaskPaneAppSettings Permissions:taskPanePermission Dictionary:Dictionary?
      over.VersionOverrides:VersionOverridesV1_0? ExtendedOverrides:ExtendedOverrides?`,
    ends: signature,
  },
  ContentApp: {
    of: 'app',
    holds: `${head} DefaultSettings:ContentAppSettings Permissions:contentPermission AllowSnapshot:boolean?
      contentOver.VersionOverrides:Anything?`,
    ends: signature,
  },
  Anything: { of: 'app', isFree: true },
  ExtendedOverrides: { of: 'app', ends: '*', has: 'Url:uri ResourcesUrl:uri?' },
  ShortLocaleAwareSetting: setting('short'),
  LongLocaleAwareSetting: setting('long'),
  URLLocaleAwareSetting: setting('url'),
  'Override.short': override('short'),
  'Override.long': override('long'),
  'Override.url': override('url'),
  AppDomains: { of: 'app', holds: 'AppDomain:long+' },
  AppHosts: { of: 'app', holds: 'Host:AppHost+' },
  AppHost: { of: 'app', has: 'Name:short' },
  AppRequirements: { of: 'app', holds: 'Sets:AppSets? Methods:AppMethods?' },
  AppSets: { of: 'app', holds: 'Set:VersionedRequirement+', has: 'DefaultMinVersion:setVersion?' },
  AppMethods: { of: 'app', holds: 'Method:Requirement+' },
  VersionedRequirement: { of: 'base', has: 'Name:short MinVersion:setVersion?' },
  Requirement: { of: 'app', has: 'Name:long' },
  TaskPaneAppSettings: { of: 'app', holds: 'SourceLocation:URLLocaleAwareSetting' },
  ContentAppSettings: {
    of: 'app',
    holds: 'SourceLocation:URLLocaleAwareSetting RequestedWidth:contentPixels? RequestedHeight:contentPixels?',
  },
  Dictionary: {
    of: 'app',
    holds: `TargetDialects:TargetDialects QueryUri:URLLocaleAwareSetting CitationText:ShortLocaleAwareSetting
      DictionaryName:ShortLocaleAwareSetting DictionaryHomePage:URLLocaleAwareSetting`,
  },
  TargetDialects: { of: 'app', holds: 'TargetDialect:culture+' },

  VersionOverridesV1_0: {
    of: 'over',
    holds: `Description:LongResourceReference? Requirements:Requirements? Hosts:Hosts? Resources:Resources?
      WebApplicationInfo:WebApplicationInfo? EquivalentAddins:EquivalentAddins?`,
    ends: `${namespaces.over}/1.1`,
  },
  Requirements: { of: 'base', holds: 'Sets:Sets' },
  Sets: { of: 'base', holds: 'Set:VersionedRequirement+', has: 'DefaultMinVersion:setVersion?' },
  Hosts: { of: 'over', holds: 'Host:Host+' },
  Host: { of: 'over', variants: ['Workbook', 'Document', 'Presentation', 'Notebook'] },
  Workbook: documentHost,
  Document: documentHost,
  Presentation: documentHost,
  Notebook: documentHost,
  Runtimes: { of: 'over', holds: 'Runtime:Runtime+' },
  Runtime: { of: 'over', has: 'resid:runtimeResid lifetime:lifetime?' },
  AllFormFactors: { of: 'over', holds: 'ExtensionPoint:CustomFunctions?' },
  FormFactor: {
    of: 'over',
    holds: 'GetStarted:GetStarted? FunctionFile:URLResourceReference? ExtensionPoint:ExtensionPoint+',
  },
  GetStarted: {
    of: 'over',
    holds: 'Title:ShortResourceReference Description:LongResourceReference LearnMoreUrl:URLResourceReference',
  },
  ExtensionPoint: { of: 'over', variants: ['PrimaryCommandSurface', 'ContextMenu', 'CustomFunctions'] },
  CustomFunctions: {
    of: 'over',
    holds: 'Script:Script Page:Page Metadata:Metadata? Namespace:ShortResourceReference?',
  },
  Script: location,
  Page: location,
  Metadata: location,
  PrimaryCommandSurface: { of: 'over', holds: 'OfficeTab:OfficeTab* CustomTab:CustomTab*' },
  ContextMenu: { of: 'over', holds: 'OfficeMenu:OfficeMenu+' },
  OfficeMenu: { of: 'over', holds: 'Control:UIControl+', has: 'id:short' },
  OfficeTab: { of: 'over', holds: 'Group:Group+', has: 'id:short' },
  CustomTab: {
    of: 'over',
    holds: 'Group:Group|OfficeGroup:BuiltIn+ Label:ShortResourceReference InsertBefore:short|InsertAfter:short?',
    has: 'id:short',
  },
  BuiltIn: { of: 'over', has: 'id:short' },
  Group: {
    of: 'over',
    holds: `OverriddenByRibbonApi:boolean? Label:ShortResourceReference Icon:IconList
      Control:UIControl|OfficeControl:BuiltIn+`,
    has: 'id:short',
  },
  UIControl: { of: 'over', variants: ['Button', 'Menu', 'MenuItem'] },
  Button: {
    of: 'over',
    holds: `${control} Icon:IconList Action:Action Enabled:boolean?`,
    has: 'id:short',
  },
  Menu: { of: 'over', holds: `${control} Icon:IconList Items:MenuItems`, has: 'id:short' },
  MenuItems: { of: 'over', holds: 'Item:MenuItem+' },
  MenuItem: { of: 'over', holds: `${control} Icon:IconList? Action:Action`, has: 'id:short' },
  Supertip: { of: 'over', holds: 'Title:ShortResourceReference Description:LongResourceReference' },
  Action: { of: 'over', variants: ['ShowTaskpane', 'ExecuteFunction'] },
  ShowTaskpane: {
    of: 'over',
    holds: 'TaskpaneId:short? SourceLocation:URLResourceReference Title:ShortResourceReference?',
  },
  ExecuteFunction: { of: 'over', holds: 'FunctionName:long' },
  IconList: { of: 'base', holds: 'Image:ImageResourceReference+' },
  ImageResourceReference: { of: 'base', has: 'size:whole resid:resid' },
  URLResourceReference: reference,
  ShortResourceReference: reference,
  LongResourceReference: reference,
  Resources: {
    of: 'base',
    holds: `Images:ImageResources? Urls:URLResources? ShortStrings:ShortStringResources?
      LongStrings:LongStringResources?`,
  },
  ImageResources: { of: 'base', holds: 'Image:ImageLocaleAwareSettingWithId*' },
  URLResources: { of: 'base', holds: 'Url:URLLocaleAwareSettingWithId*' },
  ShortStringResources: { of: 'base', holds: 'String:ShortLocaleAwareSettingWithId*' },
  LongStringResources: { of: 'base', holds: 'String:LongLocaleAwareSettingWithId*' },
  ImageLocaleAwareSettingWithId: resource('url'),
  URLLocaleAwareSettingWithId: resource('url'),
  ShortLocaleAwareSettingWithId: resource('short'),
  LongLocaleAwareSettingWithId: resource('long'),
  WebApplicationInfo: {
    of: 'over',
    holds: 'Id:guid MsaId:long? Resource:long Scopes:WebApplicationScopes Authorizations:WebAppAuthorizations?',
  },
  WebApplicationScopes: { of: 'over', holds: 'Scope:long+' },
  WebAppAuthorizations: { of: 'over', holds: 'Authorization:WebAppAuthorization+' },
  WebAppAuthorization: { of: 'over', holds: 'Resource:long Scopes:WebApplicationScopes' },
  EquivalentAddins: { of: 'over', holds: 'EquivalentAddin:EquivalentAddin+' },
  EquivalentAddin: { of: 'over', holds: 'ProgId:long? DisplayName:long? FileName:long? Type:short' },
}
