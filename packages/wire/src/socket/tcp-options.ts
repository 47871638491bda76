/**
 * How every TCP connection is kept, on both legs: what is written leaves at once, and after a minute of silence the system
 * asks whether the other side is still there. One that went without a word (its machine lost power, a firewall forgot the
 * connection) would keep the session, and whoever waits for it, for good.
 */
export const tcpOptions = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 } as const
