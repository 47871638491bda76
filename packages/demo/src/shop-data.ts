import { type Chance, chanceFrom } from '@sluice/testkit/chance'
import { type Customer, makeCustomer } from './shop-people.ts'

/** The rows of the demo's shop, by table, in an order that keeps foreign keys. */
type ShopRows = {
  readonly customers: readonly Customer[]
  readonly products: readonly Row[]
  readonly orders: readonly Row[]
  readonly order_items: readonly Row[]
}

type Row = Readonly<Record<string, string | number | null>>

const CUSTOMERS = 200
const ORDERS = 600
const SEED = 18
const STATUSES = ['paid', 'shipped', 'delivered', 'delivered', 'delivered', 'returned']
const DAY_MS = 86_400_000

const CATALOGUE: Readonly<Record<string, readonly string[]>> = {
  kitchen: ['Cast-iron pan', 'Bread knife', 'Pour-over kettle', 'Walnut board', 'Salt mill', 'Tea towel'],
  office: ['Desk lamp', 'Fountain pen', 'A5 notebook', 'Cable tray', 'Monitor stand', 'Ink, blue-black'],
  outdoor: ['Head torch', 'Rain jacket', 'Camp stove', 'Wool blanket', 'Dry bag', 'Trekking poles'],
  grocery: ['Espresso beans', 'Olive oil', 'Nut hamper', 'Dark chocolate', 'Wild honey', 'Rye crackers'],
}

/** 200 customers, 24 products, 600 orders: the same ones every time. */
export function shopRows(): ShopRows {
  const chance = chanceFrom(SEED)
  const products = Object.entries(CATALOGUE)
    .flatMap(([category, names]) => names.map((name) => ({ category, name })))
    .map((product, index) => ({ id: index + 1, ...product, price: chance.between(3, 180) - 0.05 }))
  const orders = Array.from({ length: ORDERS }, (_, index) => ({
    id: index + 1,
    customer_id: chance.between(1, CUSTOMERS),
    placed_at: new Date(Date.UTC(2026, 0, 1) + chance.between(0, 300) * DAY_MS).toISOString(),
    status: chance.pick(STATUSES),
  }))
  return {
    customers: Array.from({ length: CUSTOMERS }, (_, index) => makeCustomer(index + 1, chance)),
    products,
    orders,
    order_items: orders.flatMap((order) => itemsOf(order.id, products.length, chance)),
  }
}

function itemsOf(orderId: number, products: number, chance: Chance): readonly Row[] {
  const chosen = new Set(Array.from({ length: chance.between(1, 4) }, () => chance.between(1, products)))
  return [...chosen].map((product_id) => ({ order_id: orderId, product_id, quantity: chance.between(1, 3) }))
}

/** One INSERT for all rows of a table, from a JSON document: `[text, values]` for a parameterised query. */
export function insertOf(table: keyof ShopRows, rows: ShopRows): readonly [string, readonly string[]] {
  const text = `insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1)`
  return [text, [JSON.stringify(rows[table])]]
}
