export { post, type Answer, type Endpoint, type HttpMessage } from './post.ts'
export { connectionOptions, secretAddress, secretText, type ConnectionOptions } from './options.ts'
export { refusal } from './refusal.ts'
export { excerpt } from './excerpt.ts'
