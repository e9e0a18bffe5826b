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


def hull_of_days(intervals):
    """Return one span a day, from the first start to the last end of its intervals.

    A break between two working spans of a day is no overtime: nobody goes home for lunch.

    :param intervals: sorted spans of aware datetimes in one time zone
    :return: sorted spans

    >>> from datetime import datetime
    >>> day = lambda *hours: tuple(datetime(2026, 3, 2, hour) for hour in hours)
    >>> hull_of_days([day(8, 12), day(13, 17)]) == [day(8, 17)]
    True
    """
    hulls = {}
    for start, end in intervals:
        first, last = hulls.get(start.date(), (start, end))
        hulls[start.date()] = (min(first, start), max(last, end))
    return [hulls[day] for day in sorted(hulls)]


def cut(span, intervals):
    """Return the parts of `span` in order, each with whether it lies in one of the intervals.

    :param intervals: sorted, disjoint spans
    :return: list of (start, end, inside)

    >>> cut((7, 19), [(8, 17)])
    [(7, 8, False), (8, 17, True), (17, 19, False)]
    >>> cut((9, 10), [(8, 17)])
    [(9, 10, True)]
    """
    parts, (start, end) = [], span
    for begin, finish in intervals:
        if finish <= start or begin >= end:
            continue
        if begin > start:
            parts.append((start, begin, False))
            start = begin
        parts.append((start, min(finish, end), True))
        start = min(finish, end)
    if start < end:
        parts.append((start, end, False))
    return parts
