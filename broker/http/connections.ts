import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * The connections of a server, and which of them have a request in flight. Node's own list counts a connection that never sent
 * anything as busy, and stops watching it when the server closes: such a client could keep a process from ending.
 */
export class Connections {
  readonly #inFlight = new Map<Socket, number>()
  #isClosing = false

  /** Follows `server`'s connections from now on. */
  follow(server: Server): void {
    server.on('connection', (socket: Socket) => {
      this.#inFlight.set(socket, 0)
      socket.once('close', () => this.#inFlight.delete(socket))
    })
    server.on('request', ({ socket }, response) => {
      this.#add(socket, 1)
      response.once('close', () => this.#add(socket, -1))
    })
  }

  /** Closes what has no request in flight, now, and everything else as its answer ends. */
  close(): void {
    this.#isClosing = true
    for (const [socket, count] of this.#inFlight) if (count === 0) socket.destroy()
  }

  #add(socket: Socket, change: 1 | -1): void {
    const count = (this.#inFlight.get(socket) ?? 0) + change
    if (this.#inFlight.has(socket)) this.#inFlight.set(socket, count)
    if (count === 0 && this.#isClosing) socket.end()
  }
}
