import { describe, expect, test } from '@jest/globals'
import { shopRows } from '../src/shop-data.ts'

describe('the shop', () => {
  const shop = shopRows()

  test('is the same every time', () => {
    expect(shopRows()).toEqual(shop)
    expect([shop.customers.length, shop.products.length, shop.orders.length]).toEqual([200, 24, 600])
  })

  test('has card numbers with a good check digit, and unique addresses', () => {
    for (const { card_number } of shop.customers) {
      const sum = card_number.split('').reduce((total, digit, index) => {
        const doubled = Number(digit) * (index % 2 === 0 ? 2 : 1)
        return total + (doubled > 9 ? doubled - 9 : doubled)
      }, 0)
      expect([card_number.length, sum % 10]).toEqual([16, 0])
    }
    expect(new Set(shop.customers.map(({ email }) => email)).size).toBe(200)
  })

  test('names nobody who could exist', () => {
    for (const { email, phone, national_id } of shop.customers) {
      expect(email).toMatch(/@example\.com$/)
      expect(phone).toMatch(/ 555 01\d\d$/)
      expect(national_id).toMatch(/^9\d\d-\d\d-\d{4}$/)
    }
  })
})
