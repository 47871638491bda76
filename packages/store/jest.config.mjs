import { packageConfig } from '../../jest.base.mjs'

export default packageConfig(import.meta.dirname)
