// Makes manifests that are wrong in one way, or in none that matters: what a hurried hand or another program would write.
import { SaxesParser } from 'saxes'

interface Node {
  name: string
  attributes: [string, string][]
  children: (Node | string)[]
}

/** Whole numbers below `below`, the same for the same seed. */
export type Dice = (below: number) => number

/** Park and Miller's generator: enough for choosing what to break. */
export function createDice(seed: number): Dice {
  let state = (seed % 2_147_483_646) + 1
  return (below) => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
}

/** The manifest with one to three things changed; the root keeps its name. */
export function mutate(xml: string, dice: Dice): string {
  const root = parse(xml)
  for (let times = dice(3); times >= 0; times -= 1) pick(mutations, dice)(root, dice)
  return `<?xml version="1.0" encoding="UTF-8"?>\n${print(root)}\n`
}

const values = [
  ...[
    '',
    ' ',
    'x',
    'Workbook',
    'true',
    'false',
    '0',
    '1',
    'short',
    'long',
    'openid',
    'ReadWriteDocument',
    'Restricted',
  ],
  ...[
    '1.0',
    '1.0.0.0',
    '123456.0',
    '1.',
    '01.1',
    '1.1.1.1.1',
    '70000.0.0.0',
    '16',
    ' 16',
    '+16',
    '-1',
    '1e3',
    '16.0',
    '99',
  ],
  ...[
    'en-US',
    'en_US',
    'e',
    'zh-Hans-CN',
    'de-DE_tradnl',
    'es-ES_tradnl',
    'qps-ploc',
    'english',
    'x'.repeat(33),
    'en-USA',
  ],
  ...[
    'x'.repeat(32),
    'x'.repeat(125),
    'x'.repeat(126),
    'x'.repeat(250),
    'x'.repeat(251),
    '😀'.repeat(125),
    '😀'.repeat(126),
  ],
  ...[
    'https://a.example',
    'http://a.example',
    'https://a.example/%zz',
    'https://a b',
    'ü',
    'a:b:c',
    '//x',
    '?',
    '#',
    '[x]',
  ],
  ...[
    `https://a.example/${'x'.repeat(2_030)}`,
    `https://a.example/${'x'.repeat(2_031)}`,
    'https://a:b',
    'https://[::1]/',
  ],
  ...[
    '9f0c2b62-52a5-4e0b-8c1f-0c6c8c7f6a11',
    '{9f0c2b62-52a5-4e0b-8c1f-0c6c8c7f6a11}',
    '9f0c2b62',
    'en-us\\WA123456789',
  ],
  ...[
    'urn:uuid:9f0c2b62-52a5-4e0b-8c1f-0c6c8c7f6a11',
    '{9f0c2b62-52a5-4e0b-8c1f-0c6c8c7f6a11',
    'Button',
    'Menu',
    'MenuItem',
  ],
  ...[
    'ov:Button',
    'bt:Button',
    'ShowTaskpane',
    'ExecuteFunction',
    'CustomFunctions',
    'ContextMenu',
    'VersionOverridesV1_0',
  ],
  ...['\n', ' x ', 'a\nb', '&', '<', '31', '32', '1000', '1001'],
]

const names = [
  ...[
    'Id',
    'Version',
    'Host',
    'Hosts',
    'Label',
    'Icon',
    'Control',
    'Group',
    'bt:Image',
    'Image',
    'bt:String',
    'bt:Set',
    'Set',
  ],
  ...[
    'Requirements',
    'Action',
    'Title',
    'Description',
    'Supertip',
    'Override',
    'bt:Override',
    'Runtime',
    'Nothing',
    'ov:Label',
  ],
]

const attributeNames = [
  'DefaultValue',
  'Value',
  'Locale',
  'id',
  'resid',
  'size',
  'Name',
  'xsi:type',
  'lifetime',
  'MinVersion',
]

const mutations: readonly ((root: Node, dice: Dice) => void)[] = [
  function drop(root, dice) {
    const { parent, index } = pickChild(root, dice)
    parent.children.splice(index, 1)
  },
  function repeat(root, dice) {
    const { parent, index } = pickChild(root, dice)
    parent.children.splice(index, 0, structuredClone(parent.children[index]!))
  },
  function swap(root, dice) {
    const { parent, index } = pickChild(root, dice)
    const other = dice(parent.children.length)
    const kept = parent.children[index]!
    parent.children[index] = parent.children[other]!
    parent.children[other] = kept
  },
  function move(root, dice) {
    const { parent, index, child } = pickChild(root, dice)
    parent.children.splice(index, 1)
    const to = pick(elementsOf(root), dice)
    to.children.splice(dice(to.children.length + 1), 0, child)
  },
  function copy(root, dice) {
    const { child } = pickChild(root, dice)
    const to = pick(elementsOf(root), dice)
    to.children.splice(dice(to.children.length + 1), 0, structuredClone(child))
  },
  function rename(root, dice) {
    pickChild(root, dice).child.name = pick(names, dice)
  },
  function changePrefix(root, dice) {
    const { child } = pickChild(root, dice)
    child.name = child.name.includes(':') ? child.name.slice(3) : `${pick(['bt', 'ov'], dice)}:${child.name}`
  },
  function renameInPlace(root, dice) {
    const { child } = pickChild(root, dice)
    child.name = pick([child.name.toLowerCase(), `${child.name}s`, child.name.slice(0, -1)], dice)
  },
  function dropAttribute(root, dice) {
    const { attributes } = pickWithAttributes(root, dice)
    attributes.splice(dice(attributes.length), 1)
  },
  function setAttribute(root, dice) {
    pick(pickWithAttributes(root, dice).attributes, dice)[1] = pick(values, dice)
  },
  function renameAttribute(root, dice) {
    const element = pickWithAttributes(root, dice)
    const name = pick([...attributeNames, 'xml:lang', 'bt:id', 'xsi:nil'], dice)
    if (!element.attributes.some(([other]) => other === name)) pick(element.attributes, dice)[0] = name
  },
  function addAttribute(root, dice) {
    const { child } = pickChild(root, dice)
    const name = pick(attributeNames, dice)
    if (!child.attributes.some(([other]) => other === name)) child.attributes.push([name, pick(values, dice)])
  },
  function setText(root, dice) {
    const leaves = elementsOf(root).filter(({ children }) => children.every((child) => typeof child === 'string'))
    pick(leaves, dice).children = [pick(values, dice)]
  },
  function addText(root, dice) {
    pick(elementsOf(root), dice).children.unshift(pick(['stray', '  ', '\n'], dice))
  },
]

function pick<Item>(items: readonly Item[], dice: Dice): Item {
  return items[dice(items.length)]!
}

function elementsOf(node: Node): Node[] {
  return [node, ...node.children.flatMap((child) => (typeof child === 'string' ? [] : elementsOf(child)))]
}

function pickChild(root: Node, dice: Dice): { parent: Node; index: number; child: Node } {
  const places = elementsOf(root).flatMap((parent) =>
    parent.children.flatMap((child, index) => (typeof child === 'string' ? [] : [{ parent, index, child }])),
  )
  return pick(places, dice)
}

function pickWithAttributes(root: Node, dice: Dice): Node {
  const elements = elementsOf(root).filter((element) => element !== root && element.attributes.length > 0)
  return pick(elements, dice)
}

function parse(xml: string): Node {
  const parser = new SaxesParser()
  const open: Node[] = [{ name: '', attributes: [], children: [] }]
  parser.on('opentag', ({ name, attributes }) => {
    const node: Node = { name, attributes: Object.entries(attributes), children: [] }
    open.at(-1)!.children.push(node)
    open.push(node)
  })
  parser.on('closetag', () => void open.pop())
  parser.on('text', (text) => open.at(-1)!.children.push(text))
  parser.write(xml).close()
  return open[0]!.children.find((child) => typeof child !== 'string')!
}

function print(node: Node): string {
  const attributes = node.attributes.map(([name, value]) => ` ${name}="${escape(value)}"`).join('')
  const children = node.children.map((child) => (typeof child === 'string' ? escape(child) : print(child))).join('')
  return children === '' ? `<${node.name}${attributes}/>` : `<${node.name}${attributes}>${children}</${node.name}>`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
