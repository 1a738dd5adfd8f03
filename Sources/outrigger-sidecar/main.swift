print("outrigger-sidecar")
