"""What the mesh's commands share: free ports, processes that are always stopped, certificates, signatures."""
