<?php
echo "CURLOPT_SSL_VERIFYPEER, false";
