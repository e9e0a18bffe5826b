# Each package mentions only what it or a package above it defines (tests/test_layers.py), and
# extends the models above it in files of their names. The order decides on rules, too: of two
# packages that refine one method, the later one has the last word.
from . import common  # mixins, which know no document
from . import setup  # what people configure: teams, stages, zones, tasks, companies, working hours
from . import quote  # a document as a quote: whoever is sent one decides on it
from . import objects  # what is serviced; an object needs no order
from . import order  # the work and what it costs at the pricelist's prices, without visits
from . import planning  # visits: who comes when to do the work of an order
from . import price  # rules refine prices; overtime needs to know when people work
from . import sla  # what was promised to the customer of an order, measured by its visits
from . import sale  # orders that are sold, and sold lines that pay what no warranty does
from . import agreement  # makes orders, and refines their prices, promises and coverage
from . import subscription  # revenue that comes by itself; it may pay for an agreement
from . import structure  # what objects are made of, and what was changed of it on which order
from . import meter  # what counters of objects show, and when they will show more
from . import repair  # what was wrong with objects and what helped; codes refine all of the above
from . import guide  # questions that lead to what is wrong, and to what its repair takes
from . import reliability  # how objects hold out, and who pays where they do not: all of the above
from . import certificate  # what the law asks of objects, and who sees to it on which order
from . import call  # where work begins: what is known of a customer, of all of the above
from . import field  # what technicians do on a phone, and how it is taken back: all of the above
from . import privacy  # what is known of a person, in all of the above
from . import dispatch  # the board: what is planned and what waits, with all that is known of it
