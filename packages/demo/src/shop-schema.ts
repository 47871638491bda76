/** Tables and the view of the demo's shop. Run as the owner of an empty database. */
export const SHOP_SCHEMA = `
create table customers (
  id           integer primary key,
  full_name    text not null,
  email        text not null unique,
  phone        text not null,
  card_number  text not null,
  national_id  text not null,
  birth_date   date not null,
  country      text not null,
  notes        text
);
comment on column customers.notes is 'free text from the support desk';

create table products (
  id          integer primary key,
  name        text not null,
  category    text not null,
  price       numeric(10, 2) not null check (price > 0)
);

create table orders (
  id           integer primary key,
  customer_id  integer not null references customers,
  placed_at    timestamptz not null,
  status       text not null check (status in ('paid', 'shipped', 'delivered', 'returned'))
);

create table order_items (
  order_id    integer not null references orders,
  product_id  integer not null references products,
  quantity    integer not null check (quantity > 0),
  primary key (order_id, product_id)
);
create index on orders (customer_id);

create view customer_orders as
  select c.id as customer_id, c.full_name, c.email, o.id as order_id, o.placed_at, o.status,
         sum(i.quantity * p.price) as total
  from customers c
  join orders o on o.customer_id = c.id
  join order_items i on i.order_id = o.id
  join products p on p.id = i.product_id
  group by c.id, o.id;
`
