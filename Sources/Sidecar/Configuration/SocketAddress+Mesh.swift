import MeshModel
import Reactor

extension SocketAddress {
    /// Nil for a Unix path that is too long; the model has refused it already.
    init?(_ address: MeshAddress) {
        switch address {
        case .ipv4(let octets, let port):
            guard octets.count == 4 else { return nil }
            self.init(ipv4: (octets[0], octets[1], octets[2], octets[3]), port: port)
        case .ipv6(let octets, let port):
            self.init(ipv6: octets, port: port)
        case .unix(let path):
            self.init(unixPath: path)
        }
    }
}
