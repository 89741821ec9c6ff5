// The choosing screen is loaded when it is first wanted, or when the pane has nothing else to do.
import type { FunctionComponent } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { texts } from '../../language.ts'
import { Loading, NoticeBar } from '../parts.tsx'
import type { ChoosingScreenProps } from './choosing-screen.tsx'

let loaded: FunctionComponent<ChoosingScreenProps> | undefined

/** Loads the screen's code ahead of its use; without success nothing is lost. */
export function prepareChoosing(): void {
  load().catch(() => undefined)
}

async function load(): Promise<FunctionComponent<ChoosingScreenProps>> {
  loaded ??= (await import('./choosing-screen.tsx')).ChoosingScreen
  return loaded
}

/** The choosing screen, once its code is there. */
export function LazyChoosing(props: ChoosingScreenProps) {
  const [Screen, setScreen] = useState<{ readonly it: typeof loaded }>({ it: loaded })
  const [hasFailed, setFailed] = useState(false)
  const fetchScreen = (): void => {
    setFailed(false)
    load().then(
      (it) => setScreen({ it }),
      () => setFailed(true),
    )
  }
  useEffect(() => {
    if (!Screen.it) fetchScreen()
  }, [])
  if (Screen.it) return <Screen.it {...props} />
  if (!hasFailed) return <Loading text={texts.pane.loading} />
  return (
    <NoticeBar notice={{ intent: 'error', text: texts.choosing.loadFailed, action: 'retry' }} onAction={fetchScreen} />
  )
}
