import Substrate

/// Methods of matches: tokens (RFC 9110 §9.1), case-sensitive.
enum MethodRule {
    private static let common = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    static func fault(in method: String) -> (message: String, hint: String?)? {
        guard method.utf8.allSatisfy(ASCII.isToken) else { return ("is not a method", "as GET or POST") }
        let upper = method.uppercased()
        if upper == "TRACE" || upper == "CONNECT" { return ("is refused by every listener", "leave it out") }
        if method != upper, common.contains(upper) {
            return ("is not a method: case counts", "write \(upper)")
        }
        return nil
    }
}
