import Substrate
