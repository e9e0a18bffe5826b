"""Arithmetic of prices: plain numbers in, plain numbers out.

Amounts are counted in whole steps of the currency (cents), so that nothing gets lost on the way.
"""


def net_amount(price_unit, discount, quantity):
    """Return what a quantity costs at a price less a discount in percent, unrounded.

    >>> net_amount(80.0, 25.0, 2.0)
    120.0
    """
    return price_unit * (1 - (discount or 0.0) / 100) * quantity


def spread(amounts, target):
    """Return whole numbers in proportion to `amounts` that add up to `target` exactly.

    What rounding down leaves over goes to the largest remainders, the earlier one first.
    Source: largest remainder method; it replaces the weights rounded to five digits of Business
    Central's price adjustment, which lose cents.

    :param amounts: numbers >= 0, not all of them 0
    :param int target: steps of the currency
    :raise ValueError: if there is nothing to spread over

    >>> spread([300, 300, 60], 500)
    [227, 227, 46]
    >>> sum(spread([1, 1, 1], 100))
    100
    """
    total = sum(amounts)
    if total <= 0:
        raise ValueError("nothing to spread over")
    exact = [amount * target / total for amount in amounts]
    parts = [int(part // 1) for part in exact]
    by_remainder = sorted(
        range(len(amounts)), key=lambda index: (parts[index] - exact[index], index))
    for index in by_remainder[:target - sum(parts)]:
        parts[index] += 1
    return parts


def fit_prices(targets, factors, price_digits, amount_digits):
    """Return unit prices whose rounded amounts add up to the targets, and what cannot be priced.

    :param targets: amount of each line, as whole steps of the currency
    :param factors: what each unit price is multiplied with: quantity after discount, > 0
    :param int price_digits: decimals of a unit price
    :param int amount_digits: decimals of an amount; a step of the currency is its last one
    :return: (prices, rest): `rest` is the number of steps that no unit price can express

    >>> fit_prices([10000], [3], 2, 2)
    ([33.33], 1)
    >>> fit_prices([10000, 5001], [3, 1], 2, 2)
    ([33.33, 50.02], 0)
    """
    scale = 10 ** amount_digits

    def amount(price, factor):
        """Return the rounded amount of a line at a unit price, in steps of the currency."""
        return round(price * factor * scale)

    prices = [
        round(target / scale / factor, price_digits)
        for target, factor in zip(targets, factors, strict=True)]
    rest = sum(targets) - sum(map(amount, prices, factors))
    for index, factor in enumerate(factors):
        if not rest:
            break
        present = amount(prices[index], factor)
        price = round((present + rest) / scale / factor, price_digits)
        if price >= 0 and amount(price, factor) == present + rest:
            prices[index], rest = price, 0
    return prices, rest
