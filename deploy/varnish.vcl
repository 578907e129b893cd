# Varnish between nginx and Kimonote: /etc/varnish/default.vcl; PURGE_URL=http://127.0.0.1:6081/everything in the settings.
# Pages stay in it for an hour, or until anything changes: the worker then has it forget all of them at once.
vcl 4.1;

backend default { .host = "127.0.0.1"; .port = "8000"; }
acl kimonote_worker { "127.0.0.1"; }

sub vcl_recv {
    if (req.method == "PURGE") {
        if (client.ip !~ kimonote_worker) { return (synth(403)); }
        if (req.url == "/everything") {
            ban("req.http.host == " + req.http.host);
            return (synth(200));
        }
        return (purge);  # one address, for PURGE_URL without a path
    }
}

# Kept is only what the site calls public; a reader with any cookie passes by, as Varnish has it anyway.
sub vcl_backend_response {
    if (beresp.http.Cache-Control ~ "(^|,)\s*public\s*(,|$)" && !beresp.http.Set-Cookie) {
        set beresp.ttl = 1h;
        set beresp.grace = 0s;
    } else {
        set beresp.ttl = 2m;
        set beresp.uncacheable = true;
    }
    return (deliver);
}
