export { type Channel, ChannelFault, type Notice } from './channel.ts'
export { openChannels } from './open-channels.ts'
export { postJson } from './post-json.ts'
