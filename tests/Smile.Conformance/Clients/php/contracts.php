<?php
// Reads every contract over HTTP, without credentials. Arguments: base address, endpoints.
[, $base] = $argv;
foreach (array_slice($argv, 2) as $endpoint) {
    $client = new SoapClient("$base$endpoint?wsdl", ['cache_wsdl' => WSDL_CACHE_NONE]);
    echo json_encode(['contract' => $endpoint, 'operations' => count($client->__getFunctions())], JSON_UNESCAPED_SLASHES), "\n";
}
