"""What touches Django and the outside world: the door to the network, storage, limits, shared API parts."""
